/** A setting as people read it. */
export interface SettingWords {
  readonly label: string
  readonly help?: string
}

/** The words for each setting of the configuration, by its path with `[]` for any item of a list. */
export const settingNames = {
  hub: { label: 'Hub', help: 'Where this desk belongs. Without an address the one of the pairing is used.' },
  'hub.endpoint': { label: 'Address', help: 'https, or http on this computer.' },
  'hub.caFile': {
    label: 'File with the hub’s authority',
    help: 'Absolute path of a PEM file. No other authority is trusted then.',
  },
  'hub.enrolmentTokenFile': {
    label: 'File with the enrolment token',
    help: 'Absolute path. A desk that is not paired pairs itself with it; nobody else may be able to read it.',
  },
  seam: {
    label: 'Seam without a hub',
    help: 'REST mode: this desk asks Seam itself. The key opens the whole workspace.',
  },
  'seam.apiKeyFile': {
    label: 'File with the API key',
    help: 'Absolute path. Nobody else may be able to read it.',
  },
  'seam.endpoint': { label: 'Seam’s address', help: 'https, or http on this computer.' },
  'seam.caFile': {
    label: 'File with Seam’s authority',
    help: 'Absolute path of a PEM file, where this network shows Seam under an authority of its own. No other is trusted then.',
  },
  'seam.acsSystemIds': {
    label: 'Access systems',
    help: 'Whose cards this desk makes, 1 to 32; all when it is left out.',
  },
  'seam.reportDevices': {
    label: 'Tell Seam of the encoders',
    help: 'Where an access system takes it (Hotek’s): which of them are plugged in.',
  },
  'seam.reportDevices.acsSystemId': { label: 'Access system', help: 'Its id in Seam.' },
  'seam.reportDevices.encoders': { label: 'Encoders', help: 'Those that it is told of.' },
  'seam.reportDevices.encoders[].name': { label: 'Name', help: 'As this configuration names it.' },
  'seam.reportDevices.encoders[].number': { label: 'Number', help: 'Its number in the lock system.' },
  'seam.pollSeconds': { label: 'Ask every', help: 'Seconds between two questions to Seam, 10 to 3600.' },
  devices: { label: 'Devices', help: 'Encoders, scanners and lock systems of this desk; at most 64.' },
  'devices[].driver': { label: 'Driver', help: 'Which kind of device it is.' },
  'devices[].path': {
    label: 'Port or address',
    help: 'Where it is at first sight: /dev/ttyUSB0, COM3; for a lock system also tcp://host:port, tcp-listen://address:port or https://host.',
  },
  'devices[].match': { label: 'Told by', help: 'In place of a port: what tells the device at first sight.' },
  'devices[].match.serialNumber': { label: 'USB serial number' },
  'devices[].match.usbPath': { label: 'USB port', help: 'Like 1-2.3.' },
  'devices[].match.vendorId': { label: 'USB vendor id', help: 'Four hexadecimal digits, like 0403.' },
  'devices[].match.productId': { label: 'USB product id', help: 'Four hexadecimal digits, like 6001.' },
  'devices[].match.readerName': { label: 'Name of the smart-card reader', help: 'Or a part of it.' },
  'devices[].name': { label: 'Name', help: 'What people call it, 1 to 64 characters.' },
  'devices[].layout': { label: 'Card layout', help: 'What is written to cards here.' },
  'devices[].numberFormat': {
    label: 'Number format',
    help: 'How the numbers of cards without a record are written.',
  },
  'devices[].options': { label: 'Options of the driver', help: 'As JSON; the driver’s README lists them.' },
  'devices[].encoders': { label: 'Encoders of the lock system', help: 'For lock systems alone, 1 to 64.' },
  'devices[].encoders[].name': { label: 'Name', help: 'What people call it, 1 to 64 characters.' },
  'devices[].encoders[].address': {
    label: 'Address',
    help: 'What the lock system calls it, 1 to 64 characters.',
  },
  'devices[].secretFile': {
    label: 'File with the key to the server',
    help: 'Absolute path. Nobody else may be able to read it.',
  },
  layouts: { label: 'Card layouts', help: 'Layouts of your own; at most 32.' },
  'layouts[].name': { label: 'Name', help: 'Lower case, at most 32 characters.' },
  'layouts[].technologies': { label: 'Cards', help: 'The technologies that it goes on.' },
  'layouts[].content': { label: 'Content', help: 'As JSON; the page on layouts describes it.' },
  sessions: { label: 'At the encoder' },
  'sessions.cardTimeoutSeconds': { label: 'Wait for a card', help: 'Seconds, 5 to 3600.' },
  'sessions.recoveryTimeoutSeconds': {
    label: 'Wait for the same card',
    help: 'Seconds after a write was cut short, 5 to 3600.',
  },
  page: { label: 'Page' },
  'page.lockAfterMinutes': {
    label: 'Lock after',
    help: 'Minutes without anybody at it, once people are named; 0 is never.',
  },
  log: { label: 'Log' },
  'log.level': { label: 'Level', help: 'From which weight on lines are logged.' },
  limits: { label: 'Limits of this desk', help: 'No hub can lift them.' },
  'limits.technologies': { label: 'Only these cards', help: 'None chosen: every kind.' },
  'limits.cardsAnHour': { label: 'Cards an hour', help: 'The most to write in an hour, 1 to 10000.' },
} satisfies Readonly<Record<string, SettingWords>>
