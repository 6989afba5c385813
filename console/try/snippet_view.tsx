import { useState } from 'preact/hooks';
import { Button } from '../page/button.tsx';
import { LANGUAGES, type Language, type SnippetOptions, snippet } from './snippets.ts';

interface Props {
  readonly options: SnippetOptions;
  /** True if the address of the predict Worker is not configured. */
  readonly isPlaceholder: boolean;
}

/** The request as a program, to be copied. */
export function SnippetView({ options, isPlaceholder }: Props) {
  const [language, setLanguage] = useState<Language>('curl');
  const [isCopied, setCopied] = useState(false);
  const text = snippet(language, options);
  const choose = (each: Language) => {
    setLanguage(each);
    setCopied(false);
  };
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <section class="card" aria-label="The same request as a program">
      <h3>The same as</h3>
      <fieldset class="ways">
        <legend class="unseen">Language</legend>
        {LANGUAGES.map((each) => (
          <label key={each} class="choice">
            <input type="radio" name="language" checked={each === language} onChange={() => choose(each)} />
            {each}
          </label>
        ))}
      </fieldset>
      <pre>{text}</pre>
      <div class="buttons start">
        {/* Browsers offer the clipboard only to pages with TLS and on the machine itself. */}
        {isSecureContext && <Button onClick={() => void copy()}>Copy</Button>}
        <span role="status">{isCopied ? 'Copied' : ''}</span>
      </div>
      {isPlaceholder && (
        <p class="quiet">
          The address is a placeholder: set <code>PREDICT_URL</code> of the management Worker to that of the
          predict Worker.
        </p>
      )}
    </section>
  );
}
