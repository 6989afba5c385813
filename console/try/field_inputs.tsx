import type { Field, FieldTexts } from './fields.ts';

interface Props {
  readonly fields: readonly Field[];
  readonly texts: FieldTexts;
  readonly onChange: (texts: FieldTexts) => void;
}

/** An input for each element of each input of a signature. */
export function FieldInputs({ fields, texts, onChange }: Props) {
  return (
    <>
      {fields.map((field) => {
        const values = texts[field.input] ?? [];
        const change = (index: number, text: string) =>
          onChange({ ...texts, [field.input]: values.map((value, each) => (each === index ? text : value)) });
        return (
          <fieldset key={field.input} class="values">
            <legend>
              {field.input} <small>{`${field.dtype} [${field.shape.join(', ')}]`}</small>
            </legend>
            {values.map((value, index) => (
              <ElementInput
                key={index}
                field={field}
                label={field.count === 1 ? field.input : `${field.input}, element ${index}`}
                value={value}
                onChange={(text) => change(index, text)}
              />
            ))}
          </fieldset>
        );
      })}
    </>
  );
}

interface ElementProps {
  readonly field: Field;
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

function ElementInput({ field, label, value, onChange }: ElementProps) {
  if (field.dtype === 'bool') {
    return (
      <input
        type="checkbox"
        aria-label={label}
        checked={value === 'true'}
        onChange={(event) => onChange(String(event.currentTarget.checked))}
      />
    );
  }
  return (
    <input
      type="text"
      inputMode={field.dtype === 'string' ? 'text' : field.dtype === 'int32' ? 'numeric' : 'decimal'}
      aria-label={label}
      value={value}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}
