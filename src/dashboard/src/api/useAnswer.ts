// An operation's answer, read again whenever the page learns that it may have changed.
//
// new variables ⇒ from the cache at once, and from the server; new version or a server that is back ⇒ from the server
// Until the new answer is there the former one stays on screen, and it survives a failure: pages never flicker or jump.
import { useEffect, useState } from 'react';
import { useClient, type AnyVariables, type OperationContext, type TypedDocumentNode } from 'urql';
import { connection } from './connection';
import { failureOf, silence, type Failure } from './failure';
import { useStore } from './store';

export interface Answer<Result> {
  /** The latest there was. */
  data: Result | null;
  extensions: Record<string, unknown> | null;
  /** Which version it answers; -1 while there is none. */
  version: number;
  /** Of former variables, while those asked for now have no answer yet. */
  outdated: boolean;
  failure: Failure | null;
  retry: () => void;
}

interface Settings {
  version?: number;
  pause?: boolean;
  context?: Partial<OperationContext>;
}

interface State<Result> extends Omit<Answer<Result>, 'retry' | 'outdated'> {
  /** The variables that it answers. */
  key: string;
}

export function useAnswer<Result, Variables extends AnyVariables>(
  operation: TypedDocumentNode<Result, Variables>, variables: Variables, { version = 0, pause = false, context }: Settings = {},
): Answer<Result> {
  const client = useClient();
  const { epoch } = useStore(connection);
  const [retries, setRetries] = useState(0);
  const key = JSON.stringify(variables);
  const [state, setState] = useState<State<Result>>({ data: null, extensions: null, version: -1, failure: null, key });

  useEffect(() => {
    if (pause) return;
    const requestPolicy = version + epoch + retries === 0 ? 'cache-and-network' : 'network-only';
    const { unsubscribe } = client.query(operation, variables, { requestPolicy, ...context }).subscribe((result) => {
      const failure = result.error ? failureOf(result.error) : null;
      setState((former) => ({
        data: result.data ?? former.data,
        extensions: (result.extensions as Record<string, unknown> | undefined) ?? former.extensions,
        version: result.stale || !result.data ? former.version : version,
        // A silent server has its banner; what it answered before needs no second notice.
        failure: failure?.code === silence && former.data ? null : failure,
        key: result.data ? key : former.key,
      }));
    });
    return unsubscribe;
    // 'key' stands for the variables, which are a new object each time.
  }, [client, operation, key, version, epoch, retries, pause]);

  return { ...state, outdated: state.data !== null && state.key !== key, retry: () => setRetries((n) => n + 1) };
}
