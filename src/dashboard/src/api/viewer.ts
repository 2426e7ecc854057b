// Who is looking: the token of this tab, what it says about its bearer, and how a demo's token is renewed.
import { Store } from './store';

export type Scope = 'analytics:read' | 'analytics:read:any' | 'analytics:refresh';

export interface Viewer {
  /** Null: a server that lets everyone in. */
  token: string | null;
  name: string;
  /** The token's `sub`: an athlete's id, or that of somebody who is none. */
  subject: string;
  scopes: readonly string[];
  /** Whom the demo gave the token to; null outside it. */
  demoId: string | null;
}

const key = 'analytics-viewer';

export const viewer = new Store<Viewer | null>(kept());

/** Why the last viewer had to go; shown at sign-in. */
export const farewell = new Store<string | null>(null);

export function signIn(who: Viewer): void {
  sessionStorage.setItem(key, JSON.stringify(who));
  farewell.set(null);
  viewer.set(who);
}

export function signOut(why: string | null = null): void {
  sessionStorage.removeItem(key);
  farewell.set(why);
  viewer.set(null);
}

export function may(who: Viewer, scope: Scope): boolean {
  return who.token === null || who.scopes.includes(scope);
}

/** @throws when the text is no JSON Web Token. */
export function viewerOf(token: string, name: string | null, demoId: string | null): Viewer {
  const payload = token.split('.')[1] ?? '';
  const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: string; scope?: string; scp?: string | string[]; name?: string };
  const scopes = claims.scope ?? claims.scp ?? '';
  return {
    token,
    name: name ?? claims.name ?? claims.sub ?? 'Signed in',
    subject: claims.sub ?? '',
    scopes: typeof scopes === 'string' ? scopes.split(' ') : scopes,
    demoId,
  };
}

/** A demo's token for one of its people. @throws when the demo does not give one. */
export async function demoViewer(id: string, name: string): Promise<Viewer> {
  const response = await fetch('demo/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id }),
  });
  if (!response.ok) throw new Error(`The demo gave no token: HTTP ${response.status}.`);
  const { token } = await response.json() as { token: string };
  return viewerOf(token, name, id);
}

let renewal: Promise<boolean> | null = null;

/** After a 401: a demo that was restarted has another key. False, and signed out, where there is no other token to be had. */
export function renew(): Promise<boolean> {
  renewal ??= renewOnce().finally(() => { renewal = null; });
  return renewal;
}

async function renewOnce(): Promise<boolean> {
  const who = viewer.get();
  if (who?.demoId) {
    try {
      signIn(await demoViewer(who.demoId, who.name));
      return true;
    } catch {
      // Signed out below, like anyone whose token is not good any more.
    }
  }
  signOut('Your session has ended. Sign in again to go on.');
  return false;
}

function kept(): Viewer | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as Viewer | null;
  } catch {
    return null;
  }
}
