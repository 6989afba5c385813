import { useState } from 'preact/hooks';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import type { Caller, ManagementApi, Manifest } from '../api/management_api.ts';
import type { Role } from '../models/roles.ts';
import { useManifests } from '../models/use_manifests.ts';
import { Notice } from '../page/notice.tsx';
import { TryForm } from './try_form.tsx';
import type { Target } from './try_request.ts';

interface Props {
  readonly api: ManagementApi;
  readonly model: string;
  readonly predict: Caller['predict'];
  /** Newest first. */
  readonly versions: readonly string[];
  readonly roles: readonly Role[];
}

interface Choice {
  readonly key: string;
  readonly text: string;
  readonly target: Target;
  /** The version whose signatures make the form. */
  readonly version: string;
}

/** Sends requests to the predict Worker, and shows them in several languages. */
export function TryPanel({ api, model, predict, versions, roles }: Props) {
  const choices = choicesOf(versions, roles);
  const [key, setKey] = useState('current');
  const choice = choices.find((each) => each.key === key) ?? choices[0];
  const manifests = useManifests(api, model, choice === undefined ? [] : [choice.version]);
  const read = choice === undefined ? undefined : manifests.get(choice.version);
  const [signatureName, setSignatureName] = useState<string>();
  if (choice === undefined) return <p>Nothing is published that could answer.</p>;
  const manifest = read?.kind === 'read' ? read.manifest : undefined;
  const names = Object.keys(manifest?.content.signatures ?? {});
  const chosen = names.find((name) => name === signatureName) ?? defaultOf(names);
  return (
    <section aria-label="Try it">
      {!predict.bound && (
        <Notice kind="info">
          This management Worker does not reach the predict Worker, so that nothing can be sent from here.
          Bind it as <code>PREDICT</code> in <code>[env.management]</code> of wrangler.toml. The examples
          below work as they are.
        </Notice>
      )}
      <div class="fields">
        <label>
          Version
          <select value={choice.key} onChange={(event) => setKey(event.currentTarget.value)}>
            {choices.map((each) => (
              <option key={each.key} value={each.key}>
                {each.text}
              </option>
            ))}
          </select>
        </label>
        {names.length > 1 && (
          <label>
            Signature
            <select value={chosen} onChange={(event) => setSignatureName(event.currentTarget.value)}>
              {names.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {read === undefined && <p class="quiet">Reading the signatures…</p>}
      {read?.kind === 'failed' && <Notice kind="error">{read.message}</Notice>}
      {manifest !== undefined && chosen !== undefined && (
        <SignatureForm
          key={`${choice.version} ${chosen}`}
          api={api}
          model={model}
          predict={predict}
          target={choice.target}
          manifest={manifest}
          name={chosen}
        />
      )}
    </section>
  );
}

interface SignatureProps {
  readonly api: ManagementApi;
  readonly model: string;
  readonly predict: Caller['predict'];
  readonly target: Target;
  readonly manifest: Manifest;
  readonly name: string;
}

function SignatureForm({ manifest, name, ...rest }: SignatureProps) {
  const { signatures, image } = manifest.content;
  const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  if (signature === undefined) return null;
  return <TryForm {...rest} name={name} signature={signature} image={image} />;
}

function choicesOf(versions: readonly string[], roles: readonly Role[]): Choice[] {
  const current = roles.find(({ kind }) => kind === 'current')?.version;
  return [
    ...(current === undefined
      ? []
      : [
          {
            key: 'current',
            text: `current (${current})`,
            target: { kind: 'current' },
            version: current,
          } as const,
        ]),
    ...roles.flatMap(({ kind, text, version }): Choice[] =>
      kind === 'label'
        ? [
            {
              key: `label ${text}`,
              text: `label “${text}” (${version})`,
              target: { kind, label: text },
              version,
            },
          ]
        : [],
    ),
    ...versions.map(
      (version): Choice => ({
        key: `version ${version}`,
        text: version,
        target: { kind: 'version', version },
        version,
      }),
    ),
  ];
}

function defaultOf(names: readonly string[]): string | undefined {
  return names.find((name) => name === DEFAULT_SIGNATURE) ?? names[0];
}
