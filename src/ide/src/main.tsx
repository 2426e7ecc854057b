// GraphiQL on this server's API.
import 'graphiql/setup-workers/vite';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './ide.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { endpoint, socket } from './addresses';
import { nobody, visit } from './demo';
import { examples } from './examples';
import { forgetfulStorage } from './forgetful-storage';
import { headersOf } from './headers';
import { upToDate } from './up-to-date';

// For each subscription a socket of its own: its token is that of the headers editor when it began.
const fetcher = upToDate(createGraphiQLFetcher({
  url: endpoint.href, subscriptionUrl: socket.href, enableIncrementalDelivery: false,
}));
const root = document.getElementById('ide')!;
// To ask where there is none would leave an error in the console.
const { token, athleteIds } = root.dataset.demo === 'no' ? nobody : await visit();
const headers = headersOf(token);
const tabs = examples(athleteIds, new Date());
// Whoever was here before has tabs of their own.
const isFirstVisit = localStorage.getItem('graphiql:tabState') === null;

createRoot(root).render(
  <GraphiQL
    fetcher={fetcher}
    storage={forgetfulStorage(localStorage, headers)}
    defaultTabs={tabs.map((tab) => ({ ...tab, headers }))}
    initialQuery={isFirstVisit ? tabs[0]?.query : undefined}
    initialVariables={isFirstVisit ? tabs[0]?.variables : undefined}
    defaultHeaders={headers}
    shouldPersistHeaders={false}
    defaultEditorToolsVisibility={token ? 'variables' : 'headers'}
  />,
);
