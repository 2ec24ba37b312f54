/** The first run, step by step. */
export const setup = {
  title: 'Set up this desk',
  name: 'Set up',
  explain: 'Four steps. You can leave at any time and go on later: the steps show how things stand.',
  step: (number: number, of: number) => `Step ${number} of ${of}`,
  isDone: 'Done',
  isNow: 'Now',
  isLater: 'Later',
  device: {
    title: 'Connect an encoder',
    done: (names: string) => `Set up: ${names}`,
    another: 'Add another device',
    notReady: 'It is set up, and not ready yet:',
  },
  pair: { title: 'Pair with the hub', done: (hub: string) => `Paired with ${hub}` },
  test: {
    title: 'Make a test card',
    card: 'Take a card that nobody needs. What is on it is overwritten; the test card opens nothing.',
    scan: 'Show a card or a code to the scanner.',
    none: 'A lock system makes its own keys: the first order proves it.',
    start: 'Start the test',
    done: 'A card was made and read back at this desk.',
    doneScan: 'A card or code was read at this desk.',
  },
  clerks: {
    title: 'Name the clerks',
    explain: 'So that each signs in with a PIN or a badge. This can wait.',
    open: 'Name somebody',
    done: 'Clerks are named.',
  },
  complete: 'This desk is ready.',
  toCards: 'To the cards',
}
