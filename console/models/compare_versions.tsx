import { useState } from 'preact/hooks';
import { compareSignatures } from '../../worker/registry/version/compatibility.ts';
import type { ManagementApi, Manifest } from '../api/management_api.ts';
import { Notice } from '../page/notice.tsx';
import { manifestOf, useManifests } from './use_manifests.ts';
import { versionFacts } from './version_facts.ts';

interface Props {
  readonly api: ManagementApi;
  readonly model: string;
  /** Newest first. */
  readonly versions: readonly string[];
  readonly current: string | undefined;
}

/** The facts of two versions side by side, and what a client of the first would notice of the second. */
export function CompareVersions({ api, model, versions, current }: Props) {
  const [first, setFirst] = useState(current ?? versions[0] ?? '');
  const [second, setSecond] = useState(versions.find((version) => version !== first) ?? first);
  const manifests = useManifests(
    api,
    model,
    [...new Set([first, second])].filter((version) => version !== ''),
  );
  const before = manifestOf(manifests, first);
  const after = manifestOf(manifests, second);
  const failed = [first, second].flatMap((version) => {
    const read = manifests.get(version);
    return read?.kind === 'failed' ? [read.message] : [];
  });
  return (
    <section aria-label="Compare two versions">
      <div class="fields">
        <VersionSelect label="First version" value={first} versions={versions} onChange={setFirst} />
        <VersionSelect label="Second version" value={second} versions={versions} onChange={setSecond} />
      </div>
      {failed.map((message) => (
        <Notice key={message} kind="error">
          {message}
        </Notice>
      ))}
      {before !== undefined && after !== undefined ? (
        <>
          <FactsTable before={before} after={after} />
          <Differences before={before} after={after} />
        </>
      ) : (
        failed.length === 0 && <p class="quiet">Reading the manifests…</p>
      )}
    </section>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly versions: readonly string[];
  readonly onChange: (version: string) => void;
}

function VersionSelect({ label, value, versions, onChange }: SelectProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {versions.map((version) => (
          <option key={version} value={version}>
            {version}
          </option>
        ))}
      </select>
    </label>
  );
}

interface Pair {
  readonly before: Manifest;
  readonly after: Manifest;
}

function FactsTable({ before, after }: Pair) {
  const others = versionFacts(after);
  return (
    <div class="scroll">
      <table class="facts">
        <thead>
          <tr>
            <th scope="col">Fact</th>
            <th scope="col">{before.version}</th>
            <th scope="col">{after.version}</th>
          </tr>
        </thead>
        <tbody>
          {versionFacts(before).map(({ name, text }, index) => {
            const other = others[index]?.text ?? '';
            return (
              <tr key={name} class={text === other ? '' : 'differs'}>
                <th scope="row">{name}</th>
                <td>{text}</td>
                <td>{other}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Differences({ before, after }: Pair) {
  const differences = compareSignatures(before.content.signatures, after.content.signatures);
  return (
    <>
      <h3>Signatures</h3>
      {differences.length === 0 && <p>They do not differ for clients.</p>}
      <ul>
        {differences.map(({ isBreaking, what }) => (
          <li key={what}>
            {isBreaking ? <strong>Breaks clients: </strong> : ''}
            {what}
          </li>
        ))}
      </ul>
    </>
  );
}
