// The browser's storage without the headers, which hold the token: GraphiQL would keep them with its history, and leave
// them out of its tabs only. What the editors hold is told from the tab that was active: GraphiQL keeps it a second time, a
// moment later, and would open one more tab where the two differ. An entry of the history that is read back has the headers
// of this visit in their place; tabs get them from GraphiQL, which would not know the active one again by other headers than
// none.

/** GraphiQL prefixes its keys with this. */
const prefix = 'graphiql:';
const tabs = `${prefix}tabState`;
const history = ['queries', 'favorites'].map((key) => prefix + key);
const editors = ['query', 'variables'] as const;

export function forgetfulStorage(store: Storage, headers: string) {
  const own = () => Object.keys(store).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key: string) => {
      const editor = editors.find((name) => key === prefix + name);
      if (editor) return activeTab(store)?.[editor] ?? null;
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

/** Absent on a first visit. */
function activeTab(store: Storage): { query: string | null; variables: string | null } | undefined {
  const kept = JSON.parse(store.getItem(tabs) ?? 'null');
  return kept?.tabs?.[kept.activeTabIndex];
}

/** Tabs and history are JSON, in which members named 'headers' are texts or null; variables are a text in it. */
function withHeaders(json: string, headers: string | null): string {
  return JSON.stringify(JSON.parse(json, (key, value) => (key === 'headers' ? headers : value)));
}
