// What stands in the headers editor when the page opens; it takes comments.
export function headersOf(token: string | undefined): string {
  return token
    ? JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2)
    : '// Where the server asks for a token, it goes here: "Authorization": "Bearer …".\n'
      + '// Then fetch the schema again (Shift-Ctrl-R). Headers are forgotten when the page is closed.\n{}';
}
