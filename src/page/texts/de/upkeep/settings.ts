import type { settings as english } from '../../en/upkeep/settings.ts'

export const settings: typeof english = {
  title: 'Einstellungen',
  explain: (file) => `Die Datei ${file}. Eine Änderung gilt, sobald der Dienst neu startet.`,
  save: 'Speichern',
  discard: 'Änderungen verwerfen',
  saved: 'Gespeichert.',
  unsaved: 'Es gibt Änderungen, die nicht gespeichert sind.',
  wrong: (count) =>
    count === 1 ? 'Eine Einstellung kann so nicht sein.' : `${count} Einstellungen können so nicht sein.`,
  stale:
    'Die Datei hat sich inzwischen geändert. Gezeigt wird, was sie jetzt sagt; machen Sie Ihre Änderung noch einmal.',
  fromEnvironment: 'Von der Umgebung des Dienstes bestimmt; die Datei zählt hier nicht.',
  needsRestart: 'Gilt nach einem Neustart',
  restartNeeded: (count) =>
    count === 1
      ? 'Eine gespeicherte Einstellung gilt noch nicht.'
      : `${count} gespeicherte Einstellungen gelten noch nicht.`,
  restart: 'Jetzt neu starten',
  restarting: 'Der Dienst startet neu. Diese Seite wartet, bis er wieder da ist.',
  back: 'Der Dienst ist wieder da.',
  late: 'Der Dienst kommt nicht wieder. Starten Sie ihn auf seinem Rechner und sehen Sie in sein Protokoll.',
  wentBack: 'Der Dienst konnte die neuen Einstellungen nicht benutzen und ist zu den vorigen zurückgegangen:',
  restartAlone: 'Dienst neu starten',
  add: 'Hinzufügen',
  remove: 'Entfernen',
  removeItem: (name) => `${name} entfernen`,
  item: (number) => `Nummer ${number}`,
  fallback: (value) => `Ohne Angabe: ${value}.`,
  notSet: 'nicht gesetzt',
  yes: 'ja',
  no: 'nein',
  json: 'Das ist kein JSON.',
  complaints: {
    missing: 'Das fehlt.',
    unknown: 'Diese Einstellung gibt es nicht.',
    form: 'Diese Form kann es nicht haben.',
    atLeast: (bound) => `Mindestens ${bound}.`,
    atMost: (bound) => `Höchstens ${bound}.`,
    atLeastLong: (bound) => `Mindestens ${bound} lang.`,
    atMostLong: (bound) => `Höchstens ${bound} lang.`,
  },
}
