// The frame around every page: who is here, where they may go, whether the server answers.
import { lazy, Suspense, useEffect, useMemo } from 'react';
import { Provider } from 'urql';
import { AthletePage } from './athlete/AthletePage';
import { createClient } from './api/client';
import { useStore } from './api/store';
import { may, viewer, type Viewer } from './api/viewer';
import { go, read, toAthlete, useHash, type Route } from './routes';
import { findPeople, usePeople } from './signin/people';
import { SignIn } from './signin/SignIn';
import { Boundary } from './ui/Boundary';
import { OfflineBanner } from './ui/OfflineBanner';
import { TopBar } from './ui/TopBar';

const TeamPage = lazy(() => import('./team/TeamPage').then(({ TeamPage }) => ({ default: TeamPage })));
const OperationsPage = lazy(() => import('./operations/OperationsPage').then(({ OperationsPage }) => ({ default: OperationsPage })));

export function App() {
  const who = useStore(viewer);
  useEffect(() => void findPeople(), []);
  return who ? <SignedIn key={`${who.demoId} ${who.subject}`} who={who} /> : <SignIn />;
}

function SignedIn({ who }: { who: Viewer }) {
  const client = useMemo(createClient, []);
  const route = read(useHash());
  const start = useStart(who);
  useEffect(() => {
    if (route.page === 'start' && start) go(start, { step: false });
  }, [route.page, start]);
  return (
    <Provider value={client}>
      <a className="skip" href="#content" onClick={skipToContent}>Skip to content</a>
      <TopBar who={who} route={route} />
      <OfflineBanner />
      <main id="content" tabIndex={-1}>
        <Boundary key={route.page}>
          <Suspense fallback={<p className="muted page-wait">Loading…</p>}><Page who={who} route={route} /></Suspense>
        </Boundary>
      </main>
    </Provider>
  );
}

function Page({ who, route: { page, userId, settings } }: { who: Viewer; route: Route }) {
  switch (page) {
    case 'athlete': return <AthletePage key={userId} userId={userId!} settings={settings} />;
    case 'team': return <TeamPage settings={settings} />;
    case 'operations': return <OperationsPage who={who} />;
    case 'start': return null;
  }
}

/** A coach begins with everyone, an athlete with themselves; null while it is not known. */
function useStart(who: Viewer): string | null {
  const people = usePeople();
  if (people === undefined) return null;
  const athlete = !may(who, 'analytics:read:any') && who.subject;
  return athlete ? toAthlete(athlete) : '#/team';
}

// The address is the page's state; a jump within it must not change that.
function skipToContent(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
