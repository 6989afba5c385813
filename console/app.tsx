import { useCallback, useEffect, useState } from 'preact/hooks';
import { ModelList } from './models/model_list.tsx';
import { ModelPage } from './models/model_page.tsx';
import { Button } from './page/button.tsx';
import { CONTENT_ID, focusContent } from './page/focus_content.ts';
import { MODELS_LINK } from './page/route.ts';
import { useKeptFocus } from './page/use_kept_focus.ts';
import { useRoute } from './page/use_route.ts';
import { resumeSession, type SignIn, signIn, signOut } from './session/session.ts';
import { SignInForm } from './session/sign_in_form.tsx';

/** The whole console: a sign-in, and the pages for the caller. */
export function App() {
  const route = useRoute();
  useKeptFocus();
  const [state, setState] = useState<SignIn | { readonly kind: 'starting' }>({ kind: 'starting' });
  const endSession = useCallback((message: string | undefined) => {
    signOut();
    setState({ kind: 'signed out', message });
  }, []);
  useEffect(() => {
    void resumeSession(endSession).then(setState);
  }, [endSession]);
  const session = state.kind === 'signed in' ? state.session : undefined;
  const model = session !== undefined && route.page === 'model' ? route.model : undefined;
  useEffect(() => {
    document.title = model === undefined ? 'Edge Serving' : `${model} · Edge Serving`;
  }, [model]);
  return (
    <>
      {/* Not a link: the fragment of the address names the page, and so must stay. */}
      <button type="button" class="skip" onClick={focusContent}>
        Skip to the content
      </button>
      <header>
        <nav aria-label="Console">
          <a class="brand" href={MODELS_LINK}>
            Edge Serving
          </a>
          {model !== undefined && <span class="crumb">{model}</span>}
        </nav>
        {session !== undefined && (
          <div class="caller">
            <span>
              {session.caller.token} <small>may {session.caller.scopes.join(', ') || 'read'}</small>
            </span>
            {session.hasToken && <Button onClick={() => endSession(undefined)}>Sign out</Button>}
          </div>
        )}
      </header>
      <main id={CONTENT_ID} tabIndex={-1}>
        {state.kind === 'starting' && <p class="quiet">Opening…</p>}
        {state.kind === 'signed out' && (
          <SignInForm
            message={state.message}
            onToken={async (token) => setState(await signIn(token, endSession))}
          />
        )}
        {session !== undefined && route.page === 'models' && <ModelList api={session.api} />}
        {session !== undefined && route.page === 'model' && (
          <ModelPage key={route.model} session={session} model={route.model} tab={route.tab} />
        )}
      </main>
    </>
  );
}
