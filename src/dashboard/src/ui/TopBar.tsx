// The bar at the top: pages, the athlete shown, the way out.
import { may, signOut, type Viewer } from '../api/viewer';
import { go, toAthlete, type Route } from '../routes';
import { usePeople } from '../signin/people';
import icon from './icon.svg';

export function TopBar({ who, route }: { who: Viewer; route: Route }) {
  const everyone = may(who, 'analytics:read:any');
  const athletes = usePeople()?.filter(({ role }) => role === 'athlete') ?? [];
  const own = everyone ? route.userId ?? athletes[0]?.id : who.subject;
  const link = (page: Route['page'], href: string, text: string) => (
    <a href={href} aria-current={route.page === page ? 'page' : undefined}>{text}</a>
  );
  const leave = () => {
    signOut();
    go('#/', { step: false });
  };
  return (
    <header className="top-bar">
      <span className="brand"><img src={icon} alt="" width={24} height={24} /><span>Training</span></span>
      <nav aria-label="Pages">
        {everyone && link('team', '#/team', 'Team')}
        {own && link('athlete', route.page === 'athlete' ? location.hash : toAthlete(own), everyone ? 'Athlete' : 'My training')}
        {link('operations', '#/operations', 'Operations')}
      </nav>
      {everyone && athletes.length > 0 && route.page === 'athlete' && (
        <label className="who-shown">
          <span className="hidden">Athlete shown</span>
          <select value={route.userId ?? ''} onChange={(event) => go(toAthlete(event.target.value, kept(route)))}>
            {!athletes.some(({ id }) => id === route.userId) && <option value={route.userId ?? ''}>Choose…</option>}
            {athletes.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
          </select>
        </label>
      )}
      <span className="viewer"><bdi>{who.name}</bdi> <button type="button" className="quiet" onClick={leave}>Sign out</button></span>
    </header>
  );
}

/** What one looks at stays the same for the next athlete; a week or page of sessions is the former one's. */
function kept({ settings }: Route): Record<string, string> {
  const { week: _, after: __, before: ___, ...rest } = Object.fromEntries(settings);
  return rest;
}
