// Outside the demo: adds athletes to the list that this browser keeps.
import { useState, type FormEvent } from 'react';
import { add, most } from './roster';

export function RosterForm() {
  const [said, setSaid] = useState('');
  const enter = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const found = add(String(new FormData(event.currentTarget).get('ids')));
    setSaid(found === 0 ? 'There is no id in that. An id looks like 05b03cb1-b63d-4f0c-b21d-a8bbdb03bc58.' : '');
    if (found > 0) event.currentTarget.reset();
  };
  return (
    <section className="card" aria-labelledby="roster-title">
      <div className="card-head"><h2 id="roster-title">Add athletes</h2></div>
      <form onSubmit={enter} className="token-form">
        <label htmlFor="ids">Ids, in any text; at most {most} athletes</label>
        <textarea id="ids" name="ids" rows={3} required spellCheck={false} />
        <p role="status" className="small">{said}</p>
        <button type="submit">Add</button>
      </form>
    </section>
  );
}
