import type { setup as english } from '../../en/upkeep/setup.ts'

export const setup: typeof english = {
  title: 'Diesen Platz einrichten',
  name: 'Einrichten',
  explain:
    'Vier Schritte. Sie können jederzeit gehen und später weitermachen: die Schritte zeigen, wie es steht.',
  step: (number, of) => `Schritt ${number} von ${of}`,
  isDone: 'Erledigt',
  isNow: 'Jetzt',
  isLater: 'Später',
  device: {
    title: 'Einen Kodierer anschließen',
    done: (names) => `Eingerichtet: ${names}`,
    another: 'Noch ein Gerät hinzufügen',
    notReady: 'Es ist eingerichtet und noch nicht bereit:',
  },
  pair: { title: 'Mit dem Hub koppeln', done: (hub) => `Gekoppelt mit ${hub}` },
  test: {
    title: 'Eine Testkarte machen',
    card: 'Nehmen Sie eine Karte, die niemand braucht. Was darauf steht, wird überschrieben; die Testkarte öffnet nichts.',
    scan: 'Zeigen Sie dem Leser eine Karte oder einen Code.',
    none: 'Ein Schließsystem macht seine Schlüssel selbst: der erste Auftrag zeigt, dass es geht.',
    start: 'Test starten',
    done: 'An diesem Platz wurde eine Karte gemacht und zurückgelesen.',
    doneScan: 'An diesem Platz wurde eine Karte oder ein Code gelesen.',
  },
  clerks: {
    title: 'Die Personen nennen',
    explain: 'Damit sich jede mit PIN oder Ausweis anmeldet. Das kann warten.',
    open: 'Jemanden nennen',
    done: 'Personen sind genannt.',
  },
  complete: 'Dieser Platz ist bereit.',
  toCards: 'Zu den Karten',
}
