#!/bin/bash
# The machine's userland: the kernel's file systems, device management as on any Debian, then one program.
# Standard output of the program and its exit code are files on the host; what else is said goes to the console.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/run
exec < /dev/null > /dev/console 2>&1
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
mkdir -p /run/udev /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
busybox ip link set lo up
# Where it belongs, so that udev loads the driver of whatever is plugged in.
mkdir -p /lib/modules
ln -s "$VM_MODULES" /lib/modules/
modprobe -a uhid vhci-hcd
/lib/systemd/systemd-udevd --daemon
# With no readers but those on USB.
mkdir /run/readers
pcscd --config /run/readers
mkdir /run/program /run/results
mount -t 9p -o trans=virtio,version=9p2000.L results /run/results
tar -xf "$VM_PROGRAM" -C /run/program
cd /run/program
"$VM_NODE" "$VM_MAIN" > /run/results/output
echo $? > /run/results/exit-code
busybox poweroff -f
