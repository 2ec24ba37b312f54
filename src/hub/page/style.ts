/** Served as a file of its own: the page's policy allows no inline style. Colours by system contrast rules (WCAG 2.2, 1.4.3). */
export const STYLE = `:root {
  color-scheme: light dark;
  --text: #1c2126; --soft: #56616b; --back: #f5f6f7; --raised: #fff; --line: #d5dade;
  --good: #1a6b3a; --bad: #a3261d; --mark: #0b5cad;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e6eaed; --soft: #a2adb6; --back: #14181b; --raised: #1e2428; --line: #364047;
    --good: #6fce95; --bad: #ff9c92; --mark: #7db8f5;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif }
header, main { max-width: 76rem; margin: 0 auto; padding: 1rem }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline }
h1 { font-size: 1.4rem; margin: 0 }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem }
.soft { color: var(--soft) }
.good { color: var(--good) }
.bad { color: var(--bad) }
header form { margin-left: auto }
table { width: 100%; border-collapse: collapse; background: var(--raised); border: 1px solid var(--line); border-radius: .5rem }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem; border-top: 1px solid var(--line); overflow-wrap: anywhere }
thead th { border-top: 0; color: var(--soft); font-weight: 600; font-size: .9rem }
.card { max-width: 26rem; margin: 2rem auto; padding: 1.25rem; background: var(--raised); border: 1px solid var(--line); border-radius: .5rem }
label { display: block; font-weight: 600 }
input { width: 100%; font: inherit; padding: .5rem; margin: .25rem 0 1rem; color: inherit; background: var(--back); border: 1px solid var(--soft); border-radius: .375rem }
button { font: inherit; min-height: 2.75rem; padding: .25rem 1rem; color: var(--raised); background: var(--mark); border: 0; border-radius: .375rem; cursor: pointer }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px }
@media (max-width: 40rem) {
  thead { position: absolute; clip-path: inset(50%); height: 1px; width: 1px; overflow: hidden }
  tr { display: block; padding: .5rem 0; border-top: 1px solid var(--line) }
  tbody tr:first-child { border-top: 0 }
  td { display: grid; grid-template-columns: 7.5rem 1fr; gap: .5rem; border: 0; padding: .15rem .75rem }
  td::before { content: attr(data-label); color: var(--soft) }
}
`
