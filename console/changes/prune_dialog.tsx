import { useRef, useState } from 'preact/hooks';
import { formatBytes, plural } from '../../scripts/cli/format.ts';
import type { ApiAnswer } from '../api/api_answer.ts';
import type { ManagementApi, ModelState, Pruned } from '../api/management_api.ts';
import { newKey } from '../api/new_key.ts';
import { Button } from '../page/button.tsx';
import { Dialog } from '../page/dialog.tsx';
import { Notice } from '../page/notice.tsx';

interface Props {
  readonly api: ManagementApi;
  readonly state: ModelState;
  readonly reload: () => Promise<ApiAnswer<ModelState>>;
  readonly onClose: () => void;
}

type Step =
  | { readonly kind: 'choosing'; readonly fault?: string }
  | { readonly kind: 'working'; readonly what: string }
  | { readonly kind: 'asking'; readonly found: Pruned }
  | { readonly kind: 'done'; readonly pruned: Pruned };

const KEPT_FIRST = 3;

/** Deletes versions that nothing points to: it first finds them, then asks, then deletes. */
export function PruneDialog({ api, state, reload, onClose }: Props) {
  const [keep, setKeep] = useState(KEPT_FIRST);
  const [step, setStep] = useState<Step>({ kind: 'choosing' });
  // What was found belongs to this state. The deletion is refused if another one has come.
  const generation = useRef(state.pointer?.generation ?? 0);
  const ask = async (dryRun: boolean) => {
    setStep({ kind: 'working', what: dryRun ? 'Finding what nothing needs' : 'Deleting' });
    if (dryRun) generation.current = state.pointer?.generation ?? 0;
    const answer = await api.prune({
      model: state.model,
      name: 'prune',
      generation: generation.current,
      parameters: { keep, dryRun },
      key: newKey(),
    });
    if (answer.kind === 'refused') {
      if (answer.status === 412) await reload();
      const fault =
        answer.status === 412
          ? 'Somebody else changed this model meanwhile, and nothing was deleted. Look again.'
          : answer.message;
      setStep({ kind: 'choosing', fault });
      return;
    }
    setStep(dryRun ? { kind: 'asking', found: answer.value } : { kind: 'done', pruned: answer.value });
    if (!dryRun) await reload();
  };
  return (
    <Dialog title={`${state.model}: Prune`} onClose={onClose}>
      {(step.kind === 'choosing' || step.kind === 'working') && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void ask(true);
          }}
        >
          <p>
            Deletes old versions that are neither current, previous, labeled, staged nor on trial, and the
            files that no version needs. Their numbers stay taken.
          </p>
          {step.kind === 'choosing' && step.fault !== undefined && <Notice kind="error">{step.fault}</Notice>}
          <label>
            Keep the newest
            <input
              type="number"
              name="keep"
              min={0}
              step={1}
              required
              value={keep}
              onInput={(event) => setKeep(event.currentTarget.valueAsNumber)}
            />
          </label>
          {step.kind === 'working' && (
            <div role="status">
              {step.what}… <progress aria-label={step.what} />
            </div>
          )}
          <div class="buttons">
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" kind="primary" isBusy={step.kind === 'working'}>
              Look what would go
            </Button>
          </div>
        </form>
      )}
      {step.kind === 'asking' && (
        <>
          <PruneSummary pruned={step.found} isDone={false} />
          <div class="buttons">
            <Button onClick={onClose}>Cancel</Button>
            <Button
              kind="danger"
              isDisabled={step.found.versions.length === 0 && step.found.blobs.length === 0}
              onClick={() => void ask(false)}
            >
              Delete for good
            </Button>
          </div>
        </>
      )}
      {step.kind === 'done' && (
        <>
          <Notice kind="done">
            <PruneSummary pruned={step.pruned} isDone />
          </Notice>
          <div class="buttons">
            <Button kind="primary" onClick={onClose}>
              Close
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

function PruneSummary({ pruned, isDone }: { readonly pruned: Pruned; readonly isDone: boolean }) {
  const { versions, kept, blobs } = pruned;
  const bytes = blobs.reduce((sum, { size }) => sum + size, 0);
  const files = `${plural(blobs.length, 'file')} of ${formatBytes(bytes)}`;
  if (versions.length === 0 && blobs.length === 0) return <p>Nothing is unused.</p>;
  return (
    <>
      <p>
        {isDone ? 'Deleted: ' : 'It would delete '}
        <strong>{versions.length === 0 ? 'no version' : versions.join(', ')}</strong> and {files}.
      </p>
      <p class="quiet">
        {isDone ? 'Kept' : 'It would keep'}: {kept.join(', ') || 'no version'}.
      </p>
    </>
  );
}
