import { runDeployCommand } from '../deploy/deploy_command.ts';

await runDeployCommand('deploy:management', 'Deploys the management Worker.', 'management');
