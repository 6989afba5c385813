import { formatDuration } from '../../scripts/cli/format.ts';
import type { Signature } from '../../worker/model/signature.ts';
import { Notice } from '../page/notice.tsx';
import { type AnswerOutput, answerOutputs } from './answer_rows.ts';
import type { Answered } from './send_request.ts';

interface Props {
  readonly answered: Answered;
  readonly signature: Signature;
}

/** A longer answer is cut in the view of its text. Characters. */
const LONGEST_RAW = 20_000;

/** An answer as tables with bars, and as it came. */
export function AnswerView({ answered, signature }: Props) {
  if (answered.kind === 'failed') return <Notice kind="error">{answered.message}.</Notice>;
  const { status, text, json, version, generation, fallback, tookMs } = answered;
  const outputs = status === 200 ? answerOutputs(json, signature) : undefined;
  return (
    <section class="card answer" aria-label="Answer" aria-live="polite">
      <h3>
        Answer {version !== undefined && <span class="badge current">{version}</span>}
        <small>
          {' '}
          {status}, {formatDuration(tookMs)}
          {generation !== undefined && `, generation ${generation}`}
        </small>
      </h3>
      {fallback !== undefined && <Notice kind="error">Another version answered: {fallback}</Notice>}
      {status !== 200 && (
        <Notice kind="error">{messageOf(json) ?? `The predict Worker answered ${status}`}</Notice>
      )}
      {status === 401 && <p>The predict Worker asks for an API key: type it above, and send again.</p>}
      {outputs?.map((output) => (
        <OutputTable
          key={`${output.instance} ${output.output}`}
          output={output}
          isOnly={outputs.length === 1}
        />
      ))}
      <details open={outputs === undefined && status === 200}>
        <summary>As it came</summary>
        <pre>{text.length > LONGEST_RAW ? `${text.slice(0, LONGEST_RAW)}…` : text}</pre>
      </details>
    </section>
  );
}

function messageOf(json: unknown): string | undefined {
  const isError =
    typeof json === 'object' && json !== null && 'error' in json && typeof json.error === 'string';
  return isError ? String(json.error) : undefined;
}

function OutputTable({ output, isOnly }: { readonly output: AnswerOutput; readonly isOnly: boolean }) {
  const hasBars = output.rows.some(({ share }) => share !== undefined);
  return (
    <table class="answer">
      <caption>
        {output.output}
        {!isOnly && <small> instance {output.instance}</small>}
      </caption>
      <tbody>
        {output.rows.map(({ label, value, share }, index) => (
          // Classes may have the same name.
          <tr key={`${index} ${label}`}>
            {label !== '' && <th scope="row">{label}</th>}
            <td class="number">{value}</td>
            {hasBars && (
              <td class="bar">
                {share !== undefined && <meter min={0} max={1} value={share} aria-label={label} />}
              </td>
            )}
          </tr>
        ))}
      </tbody>
      {output.more > 0 && (
        <tfoot>
          <tr>
            <td colSpan={3} class="quiet">
              and {output.more} more, below
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}
