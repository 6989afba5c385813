import { useState } from 'preact/hooks';
import { Button } from '../page/button.tsx';
import { Notice } from '../page/notice.tsx';

interface Props {
  readonly message: string | undefined;
  readonly onToken: (token: string) => Promise<void>;
}

/** Asks for a token. */
export function SignInForm({ message, onToken }: Props) {
  const [token, setToken] = useState('');
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    await onToken(token.trim());
    setBusy(false);
  };
  return (
    <form class="card sign-in" onSubmit={submit}>
      <h1>Sign in</h1>
      <p class="quiet">
        With a token of this management Worker, which <code>edge-serving token</code> prints. It stays in this
        tab until you close it.
      </p>
      {message !== undefined && <Notice kind="error">{message}</Notice>}
      <label>
        Token
        <input
          type="password"
          name="token"
          autocomplete="off"
          spellcheck={false}
          required
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      <Button kind="primary" type="submit" isBusy={isBusy}>
        Sign in
      </Button>
    </form>
  );
}
