import type { settingNames as english } from '../../en/upkeep/setting-names.ts'

export const settingNames: typeof english = {
  hub: {
    label: 'Hub',
    help: 'Wohin dieser Platz gehört. Ohne Adresse gilt die, bei der er gekoppelt wurde.',
  },
  'hub.endpoint': { label: 'Adresse', help: 'https, oder http auf diesem Rechner.' },
  'hub.caFile': {
    label: 'Datei mit der Zertifizierungsstelle des Hubs',
    help: 'Absoluter Pfad einer PEM-Datei. Keiner anderen Stelle wird dann vertraut.',
  },
  'hub.enrolmentTokenFile': {
    label: 'Datei mit dem Anmeldetoken',
    help: 'Absoluter Pfad. Ein Platz ohne Kopplung koppelt sich damit selbst; niemand sonst darf sie lesen können.',
  },
  seam: {
    label: 'Seam ohne Hub',
    help: 'REST-Betrieb: dieser Platz fragt Seam selbst. Der Schlüssel öffnet den ganzen Workspace.',
  },
  'seam.apiKeyFile': {
    label: 'Datei mit dem API-Schlüssel',
    help: 'Absoluter Pfad. Niemand sonst darf sie lesen können.',
  },
  'seam.endpoint': { label: 'Adresse von Seam', help: 'https, oder http auf diesem Rechner.' },
  'seam.caFile': {
    label: 'Datei mit der Zertifizierungsstelle von Seam',
    help: 'Absoluter Pfad einer PEM-Datei, wo dieses Netz Seam unter einer eigenen Stelle zeigt. Dann gilt nur sie.',
  },
  'seam.acsSystemIds': {
    label: 'Zutrittssysteme',
    help: 'Deren Karten dieser Platz macht, 1 bis 32; alle, wenn nichts dasteht.',
  },
  'seam.reportDevices': {
    label: 'Seam die Kodierer melden',
    help: 'Wo ein Zutrittssystem es annimmt (das von Hotek): welche davon angesteckt sind.',
  },
  'seam.reportDevices.acsSystemId': { label: 'Zutrittssystem', help: 'Seine Kennung in Seam.' },
  'seam.reportDevices.encoders': { label: 'Kodierer', help: 'Die, die ihm gemeldet werden.' },
  'seam.reportDevices.encoders[].name': { label: 'Name', help: 'Wie ihn diese Konfiguration nennt.' },
  'seam.reportDevices.encoders[].number': { label: 'Nummer', help: 'Seine Nummer im Schließsystem.' },
  'seam.pollSeconds': { label: 'Fragen alle', help: 'Sekunden zwischen zwei Fragen an Seam, 10 bis 3600.' },
  devices: { label: 'Geräte', help: 'Kodierer, Leser und Schließsysteme dieses Platzes; höchstens 64.' },
  'devices[].driver': { label: 'Treiber', help: 'Was für ein Gerät es ist.' },
  'devices[].path': {
    label: 'Anschluss oder Adresse',
    help: 'Wo es beim ersten Mal ist: /dev/ttyUSB0, COM3; bei einem Schließsystem auch tcp://host:port, tcp-listen://adresse:port oder https://host.',
  },
  'devices[].match': {
    label: 'Erkannt an',
    help: 'Statt eines Anschlusses: woran das Gerät beim ersten Mal erkannt wird.',
  },
  'devices[].match.serialNumber': { label: 'USB-Seriennummer' },
  'devices[].match.usbPath': { label: 'USB-Anschluss', help: 'Etwa 1-2.3.' },
  'devices[].match.vendorId': { label: 'USB-Herstellerkennung', help: 'Vier Hexadezimalziffern, etwa 0403.' },
  'devices[].match.productId': { label: 'USB-Produktkennung', help: 'Vier Hexadezimalziffern, etwa 6001.' },
  'devices[].match.readerName': { label: 'Name des Chipkartenlesers', help: 'Oder ein Teil davon.' },
  'devices[].name': { label: 'Name', help: 'Wie man es nennt, 1 bis 64 Zeichen.' },
  'devices[].layout': { label: 'Kartenlayout', help: 'Was hier auf Karten geschrieben wird.' },
  'devices[].numberFormat': {
    label: 'Nummernformat',
    help: 'Wie die Nummern von Karten ohne Datensatz geschrieben werden.',
  },
  'devices[].options': {
    label: 'Optionen des Treibers',
    help: 'Als JSON; die README des Treibers nennt sie.',
  },
  'devices[].encoders': {
    label: 'Kodierer des Schließsystems',
    help: 'Nur bei Schließsystemen, 1 bis 64.',
  },
  'devices[].encoders[].name': { label: 'Name', help: 'Wie man ihn nennt, 1 bis 64 Zeichen.' },
  'devices[].encoders[].address': {
    label: 'Adresse',
    help: 'Wie das Schließsystem ihn nennt, 1 bis 64 Zeichen.',
  },
  'devices[].secretFile': {
    label: 'Datei mit dem Schlüssel zum Server',
    help: 'Absoluter Pfad. Niemand sonst darf sie lesen können.',
  },
  layouts: { label: 'Kartenlayouts', help: 'Eigene Layouts; höchstens 32.' },
  'layouts[].name': { label: 'Name', help: 'Kleinbuchstaben, höchstens 32 Zeichen.' },
  'layouts[].technologies': { label: 'Karten', help: 'Die Techniken, für die es gilt.' },
  'layouts[].content': { label: 'Inhalt', help: 'Als JSON; die Seite über Layouts beschreibt ihn.' },
  sessions: { label: 'Am Kodierer' },
  'sessions.cardTimeoutSeconds': { label: 'Auf eine Karte warten', help: 'Sekunden, 5 bis 3600.' },
  'sessions.recoveryTimeoutSeconds': {
    label: 'Auf dieselbe Karte warten',
    help: 'Sekunden, nachdem ein Schreiben abgebrochen ist, 5 bis 3600.',
  },
  page: { label: 'Seite' },
  'page.lockAfterMinutes': {
    label: 'Sperren nach',
    help: 'Minuten, in denen niemand daran ist, sobald Personen genannt sind; 0 heißt nie.',
  },
  log: { label: 'Protokoll' },
  'log.level': { label: 'Stufe', help: 'Ab welchem Gewicht Zeilen geschrieben werden.' },
  limits: { label: 'Grenzen dieses Platzes', help: 'Kein Hub kann sie aufheben.' },
  'limits.technologies': { label: 'Nur diese Karten', help: 'Keine gewählt: jede Art.' },
  'limits.cardsAnHour': {
    label: 'Karten je Stunde',
    help: 'Die meisten, die in einer Stunde geschrieben werden, 1 bis 10000.',
  },
}
