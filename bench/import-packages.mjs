/** Imports the packages that it is given, says so, and stays: what a daemon can't be smaller or sooner than. */
await Promise.all(process.argv.slice(2).map((name) => import(name)))
process.stdout.write('{}\n')
setInterval(() => {}, 60_000)
