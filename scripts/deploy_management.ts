import { runDeployCommand } from './deployment/deploy_command.ts';

await runDeployCommand('deploy:management', 'Deploys the management Worker.', 'management');
