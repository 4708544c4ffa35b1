import cronium from './index.js';

export const { CroniumError, event, getVariable, getVersion, input, output, secret, setVariable, token } = cronium;
export default cronium;
