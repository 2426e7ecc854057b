// How the refresh engine is doing: mode, backlog, lag over time, runs; and what the viewer may ask of it.
import type { ReactNode } from 'react';
import { OperationsBoard, ServiceFreshness } from '../api/operations';
import { useAnswer, type Answer } from '../api/useAnswer';
import { may, type Viewer } from '../api/viewer';
import { Badge } from '../ui/Badge';
import { FailureCard } from '../ui/FailureCard';
import { PageHead } from '../ui/PageHead';
import { Actions } from './Actions';
import { LagCard } from './LagCard';
import { RunsCard } from './RunsCard';
import { StateCards, type ServiceState } from './StateCards';
import { useTicks } from './useTicks';

export function OperationsPage({ who }: { who: Viewer }) {
  return may(who, 'analytics:refresh') ? <ForOperators who={who} /> : <ForReaders who={who} />;
}

function ForOperators({ who }: { who: Viewer }) {
  const [ticks, tick] = useTicks();
  const answer = useAnswer(OperationsBoard, {}, { version: ticks });
  const runs = answer.data?.refreshRuns ?? null;
  const lastFull = answer.data?.fullRefreshes.find(({ outcome }) => outcome === 'SUCCEEDED')?.endedAt ?? null;
  return (
    <Board answer={answer} who={who} onAsked={tick} lastFull={lastFull}>
      <RunsCard runs={runs} failed={Boolean(answer.failure)} />
    </Board>
  );
}

/** Runs are for operators; how far the service has come is for everyone. */
function ForReaders({ who }: { who: Viewer }) {
  const [ticks, tick] = useTicks();
  const answer = useAnswer(ServiceFreshness, {}, { version: ticks });
  return <Board answer={answer} who={who} onAsked={tick} lastFull={null} />;
}

interface BoardProps {
  answer: Answer<{ freshness: ServiceState }>;
  who: Viewer;
  onAsked: () => void;
  lastFull: string | null;
  children?: ReactNode;
}

function Board({ answer, who, onAsked, lastFull, children }: BoardProps) {
  const state = answer.data?.freshness ?? null;
  return (
    <>
      <PageHead title="Operations"><Badge shown={state} behind={false} /></PageHead>
      {answer.failure && <FailureCard failure={answer.failure} retry={answer.retry} />}
      <StateCards state={state} lastFull={lastFull} forOperators={may(who, 'analytics:refresh')} />
      <Actions who={who} onAsked={onAsked} />
      <LagCard state={state} />
      {children}
    </>
  );
}
