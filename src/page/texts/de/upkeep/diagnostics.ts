import type { diagnostics as english } from '../../en/upkeep/diagnostics.ts'

export const diagnostics: typeof english = {
  title: 'Diagnose',
  examine: {
    title: 'Untersuchung dieses Rechners',
    again: 'Noch einmal untersuchen',
    states: { ok: 'In Ordnung', warning: 'Bitte ansehen', failed: 'Störung', skipped: 'Nicht gefragt' },
    allWell: 'Nichts zu tun.',
    rest: (count) => `In Ordnung oder nicht gefragt: ${count}`,
  },
  capture: {
    title: 'Aufzeichnung für den Support',
    explain:
      'Starten Sie sie, zeigen Sie die Störung noch einmal, halten Sie sie an und senden Sie die Datei. Sie enthält keine Geheimnisse, keine Karteninhalte und keine Gäste.',
    start: 'Aufzeichnung starten',
    stop: 'Aufzeichnung anhalten',
    running: (lines) => `Eine Aufzeichnung läuft; Zeilen bisher: ${lines}.`,
    ends: (time) => `Sie hält von selbst um ${time} an.`,
    reproduce: 'Zeigen Sie jetzt die Störung noch einmal.',
    download: 'Paket herunterladen',
  },
  log: {
    title: 'Protokoll',
    level: 'Ab',
    levels: {
      fatal: 'fatal',
      error: 'Fehler',
      warn: 'Warnungen',
      info: 'Hinweise',
      debug: 'Einzelheiten',
      trace: 'alles',
    },
    pause: 'Anhalten',
    resume: 'Weiter',
    clear: 'Leeren',
    none: 'Noch keine Zeile mit diesem Gewicht.',
    paused: (count) => `Angehalten; Zeilen seitdem: ${count}`,
    fields: 'Felder',
  },
}
