// An operation's answer, read again whenever the page learns that it may have changed.
//
// new variables ⇒ from the cache at once, and from the server; new version or a server that is back ⇒ from the server
// Until the new answer is there the former one stays on screen, and it survives a failure: pages never flicker or jump.
import { useEffect, useState } from 'react';
import { useClient, type AnyVariables, type OperationContext, type TypedDocumentNode } from 'urql';
import { connection } from './connection';
import { failureOf, type Failure } from './failure';
import { useStore } from './store';

export interface Answer<Result> {
  /** The latest there was; of former variables while 'loading'. */
  data: Result | null;
  extensions: Record<string, unknown> | null;
  /** Which version it answers; -1 while there is none. */
  version: number;
  failure: Failure | null;
  loading: boolean;
  retry: () => void;
}

interface Settings {
  version?: number;
  pause?: boolean;
  context?: Partial<OperationContext>;
}

export function useAnswer<Result, Variables extends AnyVariables>(
  operation: TypedDocumentNode<Result, Variables>, variables: Variables, { version = 0, pause = false, context }: Settings = {},
): Answer<Result> {
  const client = useClient();
  const { epoch } = useStore(connection);
  const [retries, setRetries] = useState(0);
  const [state, setState] = useState<Omit<Answer<Result>, 'retry'>>(
    { data: null, extensions: null, version: -1, failure: null, loading: true });
  const key = JSON.stringify(variables);

  useEffect(() => {
    if (pause) return;
    setState((former) => ({ ...former, loading: true }));
    const requestPolicy = version + epoch + retries === 0 ? 'cache-and-network' : 'network-only';
    const { unsubscribe } = client.query(operation, variables, { requestPolicy, ...context }).subscribe((result) => {
      const failure = result.error ? failureOf(result.error) : null;
      setState((former) => ({
        data: result.data ?? former.data,
        extensions: (result.extensions as Record<string, unknown> | undefined) ?? former.extensions,
        version: result.stale || !result.data ? former.version : version,
        failure,
        loading: result.stale,
      }));
    });
    return unsubscribe;
    // 'key' stands for the variables, which are a new object each time.
  }, [client, operation, key, version, epoch, retries, pause]);

  return { ...state, retry: () => setRetries((n) => n + 1) };
}
