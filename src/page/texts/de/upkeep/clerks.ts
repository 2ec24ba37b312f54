import type { clerks as english } from '../../en/upkeep/clerks.ts'

export const clerks: typeof english = {
  title: 'Personen',
  explain:
    'Wer genannt ist, meldet sich mit PIN oder Ausweis an, und der Verlauf sagt, wer was getan hat. Ohne Namen sind an dieser Seite alle gleich.',
  none: 'Es ist noch niemand genannt. Die erste Person muss einrichten dürfen.',
  name: 'Name',
  role: 'Darf',
  roles: {
    installer: 'einrichten: alles',
    operator: 'Karten anfertigen',
    read_only: 'nur ansehen',
  },
  pin: 'PIN',
  pinHelp: '4 bis 12 Ziffern',
  pinOptional: '4 bis 12 Ziffern; kann fehlen',
  pinWrong: 'Eine PIN hat 4 bis 12 Ziffern.',
  hasPin: 'PIN',
  hasBadge: 'Ausweis',
  noSign: 'Weder PIN noch Ausweis: kann sich noch nicht anmelden',
  add: 'Jemanden nennen',
  save: 'Speichern',
  change: 'Ändern',
  changeOf: (name) => `${name} ändern`,
  newPin: 'Neue PIN',
  newPinHelp: 'Bleibt das Feld leer, bleibt die PIN.',
  takePin: 'PIN wegnehmen',
  badge: {
    learn: 'Ausweis lernen',
    tap: (name) => `Legen Sie den Ausweis von ${name} auf einen Kodierer.`,
    learned: (name) => `Der Ausweis von ${name} ist jetzt bekannt.`,
    take: 'Ausweis wegnehmen',
    nothing: 'Es wurde kein Ausweis aufgelegt.',
  },
  remove: 'Entfernen',
  removeOf: (name) => `${name} entfernen`,
  removeAsk: (name) => `${name} entfernen? Der Verlauf behält, was ${name} getan hat.`,
}
