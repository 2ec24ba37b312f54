#!/bin/busybox sh
# The machine's first program: puts a layer of memory over the host's root, which is read-only, and goes there.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev
for module in /modules/*; do insmod "$module"; done
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=524288,cache=loose host /host || poweroff -f
mount -t tmpfs layer /layer
mkdir /layer/changes /layer/scratch
mount -t overlay -o lowerdir=/host,upperdir=/layer/changes,workdir=/layer/scratch root /new || poweroff -f
mount -t devtmpfs dev /new/dev
exec switch_root /new /bin/bash "$VM_FOLDER/guest.sh"
