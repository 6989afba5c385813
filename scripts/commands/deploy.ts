import { runDeployCommand } from '../deploy/deploy_command.ts';

await runDeployCommand('deploy', 'Deploys the serving Worker.', undefined);
