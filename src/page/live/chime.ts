const NOTES_HZ = { good: [660, 880], bad: [440, 294] } as const
const NOTE_SECONDS = 0.16

/** Two notes, up for a card that works and down for one that does not. Silent where the browser has no sound. */
export const chime = (tone: keyof typeof NOTES_HZ): void => {
  if (typeof AudioContext === 'undefined') return
  const context = new AudioContext()
  NOTES_HZ[tone].forEach((frequency, index) => {
    const at = context.currentTime + index * NOTE_SECONDS
    const note = context.createOscillator()
    const volume = context.createGain()
    note.frequency.value = frequency
    volume.gain.setValueAtTime(0.15, at)
    volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_SECONDS)
    note.connect(volume).connect(context.destination)
    note.start(at)
    note.stop(at + NOTE_SECONDS)
  })
  setTimeout(() => void context.close(), 2 * NOTE_SECONDS * 1000 + 200)
}
