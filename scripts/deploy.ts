import { runDeployCommand } from './deployment/deploy_command.ts';

await runDeployCommand('deploy', 'Deploys the Worker that predicts.', undefined);
