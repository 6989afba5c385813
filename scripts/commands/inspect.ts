import * as v from 'valibot';
import { inspectModel } from '../../import/index.ts';
import { EXIT_DONE, EXIT_FAILED, newCommand, runCommand } from '../cli/command_line.ts';
import { resolveFromCaller } from '../files/package_root.ts';
import { withTemporaryDirectory } from '../files/temporary_directory.ts';
import { graphEnds, withGraphEnds } from '../publish/graph_ends.ts';
import { summaryLines } from '../status/model_report.ts';

const command = withGraphEnds(
  newCommand('inspect', 'Shows the format, signatures, operations and sizes of a model.'),
)
  .argument('<model>', 'a SavedModel, Keras file, frozen graph or tfjs model: its directory or file')
  .option('--json', 'print the result, or the error, as JSON on standard output');

await runCommand(command, async (output) => {
  const [path] = v.parse(v.tuple([v.string()]), command.args);
  const inspected = await withTemporaryDirectory((temporaryDirectory) =>
    inspectModel(resolveFromCaller(path), {
      temporaryDirectory,
      ...graphEnds(command),
      onProgress: output.progress,
    }),
  );
  if (inspected.kind !== 'read') {
    output.error(inspected.message);
    return EXIT_FAILED;
  }
  output.result(summaryLines(inspected.value), inspected.value);
  return EXIT_DONE;
});
