import type { Role } from './roles.ts';

interface Props {
  readonly roles: readonly Role[];
  /** True to name the version of each role. */
  readonly hasVersions?: boolean;
}

/** The roles as small marks. A label is in quotes, since anybody with the scope flip may choose its name. */
export function RoleBadges({ roles, hasVersions = false }: Props) {
  return (
    <span class="badges">
      {roles.map(({ kind, version, text }) => (
        <span key={`${kind} ${text} ${version}`} class={`badge ${kind}`}>
          {kind === 'label' ? `“${text}”` : text}
          {hasVersions && ` ${version}`}
        </span>
      ))}
    </span>
  );
}
