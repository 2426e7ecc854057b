// An error where its answer would be: what, under which code and trace id, and a way to try again.
import type { Failure } from '../api/failure';

export function FailureCard({ failure, retry }: { failure: Failure; retry: () => void }) {
  return (
    <div className="failure" role="alert">
      <p>{failure.message}</p>
      <p className="small">
        {failure.code && <>Code <code>{failure.code}</code>. </>}
        {failure.traceId && <>Trace <code>{failure.traceId}</code>. </>}
      </p>
      <button type="button" onClick={retry}>Try again</button>
    </div>
  );
}
