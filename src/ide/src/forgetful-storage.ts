// The browser's storage without the headers, which hold the token: GraphiQL would keep them with its history, and leave
// them out of its tabs only. An entry of the history that is read back has the headers of this visit in their place;
// tabs get them from GraphiQL, which would not know the active one again by other headers than none.

/** GraphiQL prefixes its keys with this. */
const prefix = 'graphiql:';
const [tabs, ...history] = ['tabState', 'queries', 'favorites'].map((key) => prefix + key);

export function forgetfulStorage(store: Storage, headers: string) {
  const own = () => Object.keys(store).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key: string) => {
      const text = store.getItem(key);
      return text !== null && history.includes(key) ? withHeaders(text, headers) : text;
    },
    setItem: (key: string, text: string) => {
      if (key === `${prefix}headers`) return;
      store.setItem(key, key === tabs || history.includes(key) ? withHeaders(text, null) : text);
    },
    removeItem: (key: string) => store.removeItem(key),
    clear: () => own().forEach((key) => store.removeItem(key)),
    get length() { return own().length; },
  };
}

/** Tabs and history are JSON, in which members named 'headers' are texts or null; variables are a text in it. */
function withHeaders(json: string, headers: string | null): string {
  return JSON.stringify(JSON.parse(json, (key, value) => (key === 'headers' ? headers : value)));
}
