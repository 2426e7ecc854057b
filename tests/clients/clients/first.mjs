// The first result of an async iterator, which is then ended.
export async function first(results) {
  try {
    return (await results.next()).value;
  } finally {
    await results.return();
  }
}
