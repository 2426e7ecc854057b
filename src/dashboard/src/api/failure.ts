// What went wrong, as a person should read it: a sentence, the API's code, and the id under which the log has the cause.
import type { CombinedError } from 'urql';

/** The code of there being no answer at all; not one of the server's. */
export const silence = 'UNREACHABLE';

export interface Failure {
  message: string;
  code: string | null;
  traceId: string | null;
}

export function failureOf(error: CombinedError): Failure {
  const first = error.graphQLErrors[0];
  if (first) {
    const { code, traceId } = first.extensions as { code?: string; traceId?: string };
    return { message: first.message, code: code ?? null, traceId: traceId ?? null };
  }
  const status = (error.response as Response | undefined)?.status;
  return status
    ? { message: `The server answered HTTP ${status}, which the dashboard does not understand.`, code: null, traceId: null }
    : { message: 'The server does not answer.', code: silence, traceId: null };
}
