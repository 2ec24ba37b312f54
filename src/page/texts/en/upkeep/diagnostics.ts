/** What support asks for. */
export const diagnostics = {
  title: 'Diagnostics',
  examine: {
    title: 'Examination of this computer',
    again: 'Examine again',
    states: { ok: 'In order', warning: 'Look at this', failed: 'Fault', skipped: 'Not asked' },
    allWell: 'Nothing to do.',
    rest: (count: number) => `In order or not asked: ${count}`,
  },
  capture: {
    title: 'Capture for support',
    explain:
      'Start it, show the fault again, stop it, and send the file. It holds no secrets, no card contents and no guests.',
    start: 'Start the capture',
    stop: 'Stop the capture',
    running: (lines: number) => `A capture runs; lines so far: ${lines}.`,
    ends: (time: string) => `It stops by itself at ${time}.`,
    reproduce: 'Now show the fault again.',
    download: 'Download the bundle',
  },
  log: {
    title: 'Log',
    level: 'From',
    levels: {
      fatal: 'fatal',
      error: 'errors',
      warn: 'warnings',
      info: 'information',
      debug: 'details',
      trace: 'everything',
    },
    pause: 'Pause',
    resume: 'Go on',
    clear: 'Clear',
    none: 'No line of this weight yet.',
    paused: (count: number) => `Paused; lines since: ${count}`,
    fields: 'Fields',
  },
}
