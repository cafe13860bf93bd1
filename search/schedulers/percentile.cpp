// SPDX-License-Identifier: Apache-2.0
#include "search/schedulers/percentile.hpp"

namespace automl::search {

PercentileScheduler::PercentileScheduler(double keep,
                                         const PeerOptions& options,
                                         const Setting& setting)
    : PeerRule("percentile", keep / 100, options, setting),
      quantile_name_("best " + Setting{}.text(keep) + " %") {}

}  // namespace automl::search
