// The way in: the demo's people to choose from, or a token to paste.
import { useState } from 'react';
import { useStore } from '../api/store';
import { demoViewer, farewell, signIn } from '../api/viewer';
import { PageHead } from '../ui/PageHead';
import { usePeople, type Person } from './people';
import { TokenForm } from './TokenForm';

export function SignIn() {
  const people = usePeople();
  const why = useStore(farewell);
  return (
    <main className="sign-in" id="content">
      <PageHead title={people ? 'Who are you?' : 'Sign in'} />
      {why && <p className="note" role="status">{why}</p>}
      {people === undefined && <p className="muted" role="status">Asking the server…</p>}
      {people === null && <TokenForm />}
      {people && <Choose people={people} />}
    </main>
  );
}

function Choose({ people }: { people: readonly Person[] }) {
  const [wanted, setWanted] = useState('');
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const coach = people.find(({ role }) => role === 'coach');
  const athletes = people.filter(({ role, name }) => role === 'athlete' && name.toLowerCase().includes(wanted.trim().toLowerCase()));
  const enter = async ({ id, name }: Person) => {
    setBusy(true);
    try {
      signIn(await demoViewer(id, name));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <>
      <p className="muted">This is the demo: made-up people, no passwords. A coach sees everyone, an athlete sees themselves.</p>
      {failure && <p className="failure" role="alert">{failure}</p>}
      {coach && (
        <button type="button" className="primary" data-person={coach.id} disabled={busy} onClick={() => enter(coach)}>
          Continue as {coach.name}
        </button>
      )}
      <label className="search">
        <span>or as an athlete</span>
        <input type="search" value={wanted} placeholder="Search by name" onChange={(event) => setWanted(event.target.value)} />
      </label>
      <ul className="people">
        {athletes.map((person) => (
          <li key={person.id}>
            <button type="button" data-person={person.id} disabled={busy} onClick={() => enter(person)}><bdi>{person.name}</bdi></button>
          </li>
        ))}
      </ul>
      {athletes.length === 0 && <p className="empty">No athlete of that name.</p>}
    </>
  );
}
