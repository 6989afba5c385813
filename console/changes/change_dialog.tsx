import { useState } from 'preact/hooks';
import type { HistoryEntry } from '../../worker/registry/pointer/pointer.ts';
import { BY_LENGTH, REASON_LENGTH } from '../../worker/registry/pointer/transition.ts';
import type { ApiAnswer } from '../api/api_answer.ts';
import type { ManagementApi, ModelState } from '../api/management_api.ts';
import { changeText } from '../models/change_text.ts';
import { Button } from '../page/button.tsx';
import { Dialog } from '../page/dialog.tsx';
import { Notice } from '../page/notice.tsx';
import { type PlannedChange, type Preview, previewChange } from './planned_change.ts';
import { SettleProgress } from './settle_progress.tsx';
import { useChange } from './use_change.ts';

interface Props {
  readonly api: ManagementApi;
  readonly planned: PlannedChange;
  readonly state: ModelState;
  readonly reload: () => Promise<ApiAnswer<ModelState>>;
  readonly onClose: () => void;
}

/** Asks if a change is meant, says what it will do, makes it, and shows when the whole fleet has changed over. */
export function ChangeDialog({ api, planned, state, reload, onClose }: Props) {
  const { progress, confirm } = useChange(api, planned, state, reload);
  // A change that was asked for twice describes the state that is there now.
  const preview = previewChange(state.model, state.pointer ?? undefined, planned);
  return (
    <Dialog title={`${state.model}: ${planned.title}`} onClose={onClose}>
      {progress.kind === 'written' ? (
        <>
          <SettleProgress changed={progress.changed} />
          <div class="buttons">
            <Button kind="primary" onClick={onClose}>
              Close
            </Button>
          </div>
        </>
      ) : (
        <>
          {progress.kind === 'asking' && progress.meanwhile.length > 0 && (
            <Meanwhile entries={progress.meanwhile} />
          )}
          <WhatHappens preview={preview} />
          {progress.kind === 'asking' && progress.fault !== undefined && (
            <Notice kind="error">{progress.fault}</Notice>
          )}
          <Confirmation
            title={planned.title}
            isBusy={progress.kind === 'writing'}
            isPossible={preview.kind === 'changes'}
            onConfirm={confirm}
            onClose={onClose}
          />
        </>
      )}
    </Dialog>
  );
}

function Meanwhile({ entries }: { readonly entries: readonly HistoryEntry[] }) {
  return (
    <Notice kind="error">
      <strong>Somebody else changed this model meanwhile.</strong> Nothing of yours was written. Decide again:
      <ul>
        {entries.map((entry) => (
          <li key={entry.generation}>
            generation {entry.generation}: {changeText(entry)} by {entry.by}
            {entry.reason !== undefined && `: ${entry.reason}`}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function WhatHappens({ preview }: { readonly preview: Preview }) {
  switch (preview.kind) {
    case 'refused':
      return <Notice kind="error">It is not possible: {preview.reason}.</Notice>;
    case 'unchanged':
      return <Notice kind="info">Nothing would change: the model is in this state already.</Notice>;
    case 'changes':
      return (
        <ul class="consequences">
          {preview.consequences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      );
  }
}

/** The name stays in this browser, since the same person uses it the next time. */
const STORED_NAME = 'edge-serving-by';

interface ConfirmationProps {
  readonly title: string;
  readonly isBusy: boolean;
  readonly isPossible: boolean;
  readonly onConfirm: (why: { readonly reason: string; readonly by: string }) => Promise<void>;
  readonly onClose: () => void;
}

function Confirmation({ title, isBusy, isPossible, onConfirm, onClose }: ConfirmationProps) {
  const [reason, setReason] = useState('');
  const [by, setBy] = useState(localStorage.getItem(STORED_NAME) ?? '');
  const submit = async (event: Event) => {
    event.preventDefault();
    localStorage.setItem(STORED_NAME, by.trim());
    await onConfirm({ reason: reason.trim(), by: by.trim() });
  };
  return (
    <form onSubmit={submit}>
      <label>
        Why <small>for the history</small>
        <textarea
          name="reason"
          rows={2}
          maxLength={REASON_LENGTH}
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <label>
        Your name <small>beside that of the token</small>
        <input
          name="by"
          maxLength={BY_LENGTH}
          value={by}
          autocomplete="name"
          onInput={(event) => setBy(event.currentTarget.value)}
        />
      </label>
      <p class="quiet" role="status">
        {isBusy ? 'Writing. An earlier change takes effect first, which may take some seconds.' : ''}
      </p>
      <div class="buttons">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" type="submit" isBusy={isBusy} isDisabled={!isPossible}>
          {title}
        </Button>
      </div>
    </form>
  );
}
