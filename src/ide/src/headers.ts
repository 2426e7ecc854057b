// What stands in the headers editor when the page opens; it takes comments.
export function headersOf(token: string | undefined): string {
  return token
    ? JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2)
    : `// A token goes here:
// "Authorization": "Bearer …".
// Then fetch the schema again:
// Shift-Ctrl-R.
// Headers are not kept.
{}`;
}
