import { useState } from 'preact/hooks';
import type { ImageInput } from '../../worker/model/image_input.ts';
import type { Signature } from '../../worker/model/signature.ts';
import type { Caller, ManagementApi } from '../api/management_api.ts';
import { Button } from '../page/button.tsx';
import { Notice } from '../page/notice.tsx';
import { AnswerView } from './answer_view.tsx';
import { FieldInputs } from './field_inputs.tsx';
import { type FieldTexts, fieldsBody, fieldsOf, firstTexts } from './fields.ts';
import { PictureInput } from './picture_input.tsx';
import { type Answered, sendRequest } from './send_request.ts';
import { SnippetView } from './snippet_view.tsx';
import { pathOf, type Target, type TryRequest } from './try_request.ts';
import { firstJson, type Way, waysOf } from './ways.ts';

const WAY_NAMES: Readonly<Record<Way, string>> = {
  fields: 'Values',
  picture: 'A picture',
  text: 'A text',
  json: 'JSON',
};

interface Props {
  readonly api: ManagementApi;
  readonly model: string;
  readonly predict: Caller['predict'];
  readonly target: Target;
  readonly name: string;
  readonly signature: Signature;
  readonly image: ImageInput | undefined;
}

/** The form of one signature, the answer to it, and the same request as programs. */
export function TryForm({ api, model, predict, target, name, signature, image }: Props) {
  const ways = waysOf(name, signature, image);
  const fields = fieldsOf(signature) ?? [];
  const [way, setWay] = useState<Way>(ways[0] ?? 'json');
  const [texts, setTexts] = useState<FieldTexts>(firstTexts(fields));
  const [json, setJson] = useState(firstJson(model, name, signature));
  const [text, setText] = useState('');
  const [file, setFile] = useState<File>();
  const [apiKey, setApiKey] = useState('');
  const [answered, setAnswered] = useState<Answered>();
  const [isBusy, setBusy] = useState(false);
  const path = pathOf(model, target, signature.method);
  const fieldsMade = fieldsBody(name, signature, fields, texts);
  const request = requestOf();
  const needsKey = answered?.kind === 'answered' && (answered.status === 401 || apiKey !== '');

  function requestOf(): TryRequest | undefined {
    switch (way) {
      case 'fields':
        return fieldsMade.kind === 'made' ? { kind: 'json', path, body: fieldsMade.body } : undefined;
      case 'picture':
        return file && { kind: 'file', path, file };
      case 'text':
        return { kind: 'text', path, text };
      case 'json':
        return { kind: 'json', path, body: json };
    }
  }

  const submit = async (event: Event) => {
    event.preventDefault();
    if (request === undefined) return;
    setBusy(true);
    setAnswered(await sendRequest(api, request, apiKey));
    setBusy(false);
  };
  return (
    <>
      <form class="card" onSubmit={submit}>
        <fieldset class="ways">
          <legend>Input</legend>
          {ways.map((each) => (
            <label key={each} class="choice">
              <input type="radio" name="way" checked={each === way} onChange={() => setWay(each)} />
              {WAY_NAMES[each]}
            </label>
          ))}
        </fieldset>
        {way === 'fields' && <FieldInputs fields={fields} texts={texts} onChange={setTexts} />}
        {way === 'fields' && fieldsMade.kind === 'invalid' && (
          <Notice kind="error">{fieldsMade.message}.</Notice>
        )}
        {way === 'picture' && <PictureInput file={file} onFile={setFile} />}
        {way === 'text' && (
          <label>
            Text
            <textarea rows={4} value={text} onInput={(event) => setText(event.currentTarget.value)} />
          </label>
        )}
        {way === 'json' && (
          <label>
            Body
            <textarea
              class="code"
              rows={8}
              spellcheck={false}
              value={json}
              onInput={(event) => setJson(event.currentTarget.value)}
            />
          </label>
        )}
        {needsKey && (
          <label>
            API key of the predict Worker <small>it stays on this page</small>
            <input
              type="password"
              name="api-key"
              autocomplete="off"
              value={apiKey}
              onInput={(event) => setApiKey(event.currentTarget.value)}
            />
          </label>
        )}
        <div class="buttons start">
          <Button
            type="submit"
            kind="primary"
            isBusy={isBusy}
            isDisabled={request === undefined || !predict.bound}
          >
            Send
          </Button>
          {isBusy && (
            <span role="status">
              Computing… <progress aria-label="Waiting for the answer" />
            </span>
          )}
        </div>
      </form>
      {answered !== undefined && <AnswerView answered={answered} signature={signature} />}
      {request !== undefined && (
        <SnippetView
          options={{
            request,
            origin: predict.url ?? 'https://edge-serving.example.workers.dev',
            needsKey,
            model,
            target,
            inputNames: Object.keys(signature.inputs),
          }}
          isPlaceholder={predict.url === null}
        />
      )}
    </>
  );
}
