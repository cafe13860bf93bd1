# SPDX-License-Identifier: Apache-2.0
"""Optuna's pruners on the simulated cluster, called as its ask-and-tell interface documents it."""
import importlib.metadata

from suite.ours import Random


class Optuna(Random):
    """A pruner with its defaults but the last epoch, which it is told; `model`: whether the TPE sampler proposes
    (with constant_liar beside more than one worker, as its documentation asks for), else random configurations."""
    needs = "optuna"

    def __init__(self, pruner, model=False):
        self.pruner, self.model = pruner, model

    def start(self, curves, order, seed, workers):
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        super().start(curves, order, seed, workers)
        self.pruned, self.trials, self.last = optuna.trial.TrialState.PRUNED, [], []
        options = {"max_resource": curves.epochs} if self.pruner == "HyperbandPruner" else {}
        sampler = (optuna.samplers.TPESampler(seed=seed, constant_liar=workers > 1) if self.model
                   else optuna.samplers.RandomSampler(seed=seed))
        # The bracket of a trial follows from the study's name and the trial's number.
        self.study = optuna.create_study(study_name=f"study {seed}", sampler=sampler,
                                         pruner=getattr(optuna.pruners, self.pruner)(**options))
        self.distributions = {name: self._distribution(optuna, entry) for name, entry in curves.space.items()}

    @staticmethod
    def _distribution(optuna, entry):
        if "ordinal" in entry:
            return optuna.distributions.CategoricalDistribution(entry["ordinal"])
        return optuna.distributions.FloatDistribution(*entry["float"], log=entry.get("log", False))

    def take(self):
        if not self.model:
            self.trials.append(self.study.ask())
            return super().take()
        self.trials.append(self.study.ask(self.distributions))
        self.rows.append(self.curves.nearest(self.trials[-1].params, self.rows))
        return len(self.rows) - 1

    def report(self, trial, epoch, loss):
        one = self.trials[trial]
        one.report(loss, epoch)
        if epoch == self.curves.epochs:
            self.study.tell(one, loss)
            return False
        if one.should_prune():
            self.study.tell(one, state=self.pruned)
            return False
        return True

    @staticmethod
    def version():
        return importlib.metadata.version("optuna")
