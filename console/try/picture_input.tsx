import { useEffect, useState } from 'preact/hooks';
import { formatBytes } from '../../scripts/cli/format.ts';

interface Props {
  readonly file: File | undefined;
  readonly onFile: (file: File) => void;
}

/** A picture, dropped, pasted or chosen. */
export function PictureInput({ file, onFile }: Props) {
  const [isOver, setOver] = useState(false);
  const preview = useObjectUrl(file);
  const take = (files: FileList | null | undefined) => {
    const [first] = files ?? [];
    if (first !== undefined) onFile(first);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the input inside does the same with the keyboard
    <div
      class={isOver ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files);
      }}
      onPaste={(event) => take(event.clipboardData?.files)}
    >
      <label>
        Drop a picture here, or choose one
        <input type="file" accept="image/*" onChange={(event) => take(event.currentTarget.files)} />
      </label>
      {preview !== undefined && file !== undefined && (
        <figure>
          <img src={preview} alt="The chosen one" />
          <figcaption>
            {file.name}, {formatBytes(file.size)}
          </figcaption>
        </figure>
      )}
    </div>
  );
}

function useObjectUrl(file: File | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (file === undefined) return;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}
