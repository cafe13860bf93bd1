# SPDX-License-Identifier: Apache-2.0
"""Compiles the search library into the wheel: `pip wheel sdk/python`, inside a checkout.

Needs a C++20 compiler and the headers of Eigen 3.4 and Boost.Graph (Debian: libeigen3-dev libboost-graph-dev);
EIGEN3_INCLUDE_DIR and BOOST_INCLUDE_DIR name them elsewhere.
"""
import os
import pathlib

from pybind11.setup_helpers import ParallelCompile, Pybind11Extension, build_ext
from setuptools import setup

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BINDING = "automl/search/binding.cpp"


class BuildWithLibrary(build_ext):
    """The library's sources lie outside of this folder, which setup() itself does not accept."""

    def build_extensions(self):
        library = sorted((ROOT / "search").rglob("*.cpp"))
        if not library:
            raise SystemExit("setup.py: there is no search/ two folders up: build the wheel inside a whole checkout")
        bindings = sorted((HERE / "automl/search").glob("*.cpp"))
        self.extensions[0].sources = [str(path) for path in [*bindings, *library]]
        super().build_extensions()


ParallelCompile("AUTOML_BUILD_JOBS", default=os.cpu_count() or 1).install()
setup(
    cmdclass={"build_ext": BuildWithLibrary},
    ext_modules=[Pybind11Extension(
        "automl.search._core",
        [BINDING],
        include_dirs=[str(ROOT), os.environ.get("EIGEN3_INCLUDE_DIR", "/usr/include/eigen3"),
                      *filter(None, [os.environ.get("BOOST_INCLUDE_DIR")])],
        cxx_std=20,
        extra_compile_args=["-O3", "-DNDEBUG", "-g0"],
    )],
)
