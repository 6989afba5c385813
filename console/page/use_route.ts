import { useEffect, useRef, useState } from 'preact/hooks';
import { focusContent } from './focus_content.ts';
import { parseRoute, type Route } from './route.ts';

/** Follows the fragment of the address. */
export function useRoute(): Route {
  const [fragment, setFragment] = useState(location.hash);
  useEffect(() => {
    const follow = () => setFragment(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const shown = useRef(fragment);
  // The link that was followed is gone with its page.
  useEffect(() => {
    if (shown.current !== fragment && document.activeElement === document.body) focusContent();
    shown.current = fragment;
  }, [fragment]);
  return parseRoute(fragment);
}
