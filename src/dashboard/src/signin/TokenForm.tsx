// Outside the demo: the token that the app's own sign-in gave. Replace this with yours.
import { useState, type FormEvent } from 'react';
import { signIn, viewerOf } from '../api/viewer';

export function TokenForm() {
  const [failure, setFailure] = useState<string | null>(null);
  const enter = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget).get('token')).trim().replace(/^Bearer\s+/i, '');
    try {
      signIn(viewerOf(token, null, null));
    } catch {
      setFailure('That is no JSON Web Token. It has three parts with dots in between, such as eyJhbGci….eyJzdWIi….SflKxwRJ….');
    }
  };
  return (
    <>
      <form onSubmit={enter} className="token-form">
        <label htmlFor="token">Bearer token</label>
        <textarea id="token" name="token" rows={5} required spellCheck={false} autoComplete="off" aria-describedby="token-hint" />
        <p id="token-hint" className="muted small">It stays in this tab and is sent to this server only.</p>
        {failure && <p className="failure" role="alert">{failure}</p>}
        <button type="submit" className="primary">Sign in</button>
      </form>
      <p className="muted small">
        A server that lets everyone in needs none:{' '}
        <button
          type="button" className="link"
          onClick={() => signIn({ token: null, name: 'Everyone', subject: '', scopes: [], demoId: null })}
        >
          go on without a token
        </button>.
      </p>
    </>
  );
}
