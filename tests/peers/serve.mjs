// How a peer lives: it prints the address on which it listens, and ends with its standard input, as when the bench dies.

/** @param {() => Promise<string>} listen starts to listen and gives the address */
export async function serve(listen) {
  console.log(await listen());
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
}
